import { Module } from '@nestjs/common';
import { ProjectionsMonitor } from './projections-monitor.js';

/** Between writing and reading: what makes read models of events. Needs `PROJECTIONS_STATUS` from the application. */
@Module({ providers: [ProjectionsMonitor] })
export class ProcessingModule {}
