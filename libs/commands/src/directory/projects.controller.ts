import { Controller, Delete, Inject, Put, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { projectName, projectStream, type ProjectRef } from '@headwater/event-contracts';
import type { Project } from '@headwater/directory';
import { QueryParams, URLS, causeOf, optionalRev, projectRef, requireJsonBody, requiredRev, sendJson } from '@headwater/platform';
import { fetchedProject, rejection, writtenProject, type Urls } from '@headwater/representations';
import { WriteAnswers } from '../answers/write-answers.js';
import { ChangeProject, CreateProject } from './project-commands.js';
import { projectSettings } from './project-settings.js';

/** Writes of projects (spec/resources.md 6.2). */
@Controller('v1/projects')
export class ProjectsController {
  constructor(
    private readonly bus: CommandBus,
    private readonly answers: WriteAnswers,
    @Inject(URLS) private readonly urls: Urls,
  ) {}

  /** Creates, or with `rev` replaces all settings. */
  @Put(':org/:project')
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const ref = refOf(request);
    const rev = optionalRev(new QueryParams(request.query));
    const settings = projectSettings(requireJsonBody(request), ref, this.urls);
    const cause = causeOf(request);
    if (rev === undefined) return this.#written(reply, 201, await this.bus.execute(new CreateProject(ref, settings, cause)));
    const command = { type: 'UpdateProject', ref, rev, settings } as const;
    return this.#written(reply, 200, await this.bus.execute(new ChangeProject(command, cause)));
  }

  @Delete(':org/:project')
  async deprecate(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const ref = refOf(request);
    const query = new QueryParams(request.query);
    const rev = requiredRev(query);
    if (query.boolean('prune') === true) throw deletionIsDisabled(ref);
    const command = { type: 'DeprecateProject', ref, rev } as const;
    return this.#written(reply, 200, await this.bus.execute(new ChangeProject(command, causeOf(request))));
  }

  /** Answers the whole project, unlike the other writes (recording 381). */
  @Put(':org/:project/undeprecate')
  async undeprecate(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<FastifyReply> {
    const ref = refOf(request);
    const rev = requiredRev(new QueryParams(request.query));
    const command = { type: 'UndeprecateProject', ref, rev } as const;
    const project = await this.bus.execute(new ChangeProject(command, causeOf(request)));
    return sendJson(reply, 200, fetchedProject(this.urls, project), { headers: this.#position(project) });
  }

  #written(reply: FastifyReply, status: number, project: Project): FastifyReply {
    return sendJson(reply, status, writtenProject(this.urls, project), { headers: this.#position(project) });
  }

  #position({ organization, label, rev }: Project): Readonly<Record<string, string>> {
    return this.answers.headers({ kind: 'revision', stream: projectStream({ organization, project: label }), revision: rev });
  }
}

function refOf(request: FastifyRequest): ProjectRef {
  const { org, project } = request.params as { readonly org: string; readonly project: string };
  return projectRef(org, project);
}

const deletionIsDisabled = (ref: ProjectRef) =>
  rejection(
    'ProjectDeletionIsDisabled',
    `Project '${projectName(ref)}' cannot be removed for good: this service does not do that yet. To deprecate it, leave 'prune' out.`,
  );
