import { Controller, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Outcome } from '@headwater/datasets';
import type { ProjectRef } from '@headwater/event-contracts';
import { JSON_TYPE, Problem, causeOf, projectRef, requireJsonBody, sendJson } from '@headwater/platform';
import { Rejection } from '@headwater/event-sourcing';
import { rejection } from '@headwater/representations';
import { WriteAnswers } from '../answers/write-answers.js';
import { PushGate } from './push-gate.js';
import { PushItems } from './push-messages.js';

/** Pushes to datasets, under both spellings of the path, with and without the prefix (datasets.md, rulings 2 and 3). */
@Controller(['dataset', 'datasets', 'data/streaming/dataset', 'data/streaming/datasets'])
export class PushController {
  constructor(
    private readonly bus: CommandBus,
    private readonly answers: WriteAnswers,
    private readonly gate: PushGate,
  ) {}

  @Post(':dataset/resources')
  async push(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const { dataset } = request.params as { readonly dataset: string };
    const project = projectOf(dataset);
    mustNotBeFullSync(request);
    const lenient = prefersLenient(request);
    const body = requireJsonBody(request);
    const { outcomes, position } = await this.gate.within(body.length, () =>
      this.bus.execute(new PushItems({ dataset, project, text: textOf(body), lenient }, causeOf(request))),
    );
    const headers = { ...this.answers.headers(position), ...(lenient ? { 'preference-applied': 'handling=lenient' } : {}) };
    return sendJson(reply, 200, bodyOf(outcomes), { contentType: JSON_TYPE, headers });
  }
}

/** Every project is a dataset named `{org}.{project}`; others are named without a dot, and not served yet. @throws Problem */
function projectOf(dataset: string): ProjectRef {
  const [organization, project, more] = dataset.split('.');
  try {
    if (organization !== undefined && project !== undefined && more === undefined) return projectRef(organization, project);
  } catch (error) {
    // A label that cannot be one is that of no project.
    if (!(error instanceof Rejection)) throw error;
  }
  throw new Problem('dataset-not-found', `There is no dataset '${dataset.slice(0, 200)}'. That of a project is named 'org.project'.`);
}

const FULL_SYNC = /^(universal-data-api|icar|oodp)-full-?sync(-|$)|^full-sync$/;

/** A client that is not told so would believe that what it left out has been deleted (datasets.md 1.7). @throws Problem */
function mustNotBeFullSync({ headers }: FastifyRequest): void {
  const header = Object.keys(headers).find((name) => FULL_SYNC.test(name));
  if (header === undefined) return;
  throw new Problem('full-sync-not-supported', `The header '${header}' asks for a full sync, which a push of resources does not do.`);
}

/** `Prefer: handling=lenient` (RFC 7240). */
const prefersLenient = ({ headers }: FastifyRequest): boolean =>
  /(^|[,;\s])handling\s*=\s*"?lenient"?\s*($|[,;])/i.test([headers['prefer'] ?? ''].flat().join(','));

const utf8 = new TextDecoder('utf-8', { fatal: true });

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw rejection('MalformedRequestContentRejection', 'The body is not UTF-8.');
  }
}

function bodyOf(outcomes: readonly Outcome[]): string {
  let text = '[';
  for (const outcome of outcomes) {
    const one = outcome.successful ? `{"successful":true,"index":${outcome.index}}` : JSON.stringify(outcome);
    text += text.length === 1 ? one : `,${one}`;
  }
  return `${text}]`;
}
