import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Metrics } from './metrics.js';

/** In the text format of Prometheus. */
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  async collect(@Res() reply: FastifyReply): Promise<FastifyReply> {
    const text = await this.metrics.registry.metrics();
    return reply.header('content-type', this.metrics.registry.contentType).send(text);
  }
}
