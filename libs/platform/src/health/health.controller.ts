import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { JSON_TYPE, sendJson } from '../replies.js';
import { Health } from './health.js';

/** For whoever runs the service: is the process alive, and may requests be sent to it. */
@Controller('health')
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get('live')
  live(@Res() reply: FastifyReply): FastifyReply {
    return sendJson(reply, 200, '{"status":"up"}', { contentType: JSON_TYPE });
  }

  /** 503 and what is not able to be right, where something is not. */
  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<FastifyReply> {
    const readiness = await this.health.readiness();
    return sendJson(reply, readiness.status === 'up' ? 200 : 503, readiness, { contentType: JSON_TYPE });
  }
}
