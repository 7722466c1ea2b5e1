import { Injectable } from '@nestjs/common';
import { Rejection } from '@headwater/event-sourcing';
import type { ProjectRef } from '@headwater/event-contracts';
import { Problem } from '@headwater/platform';
import { ProjectScopes } from '../requests/project-scopes.js';

/** The name under which every project can be read as a dataset (datasets.md, ruling 1). Labels hold no dot. */
export const datasetName = ({ organization, project }: ProjectRef): string => `${organization}.${project}`;

/** Datasets by name; in this release, those that projects are. */
@Injectable()
export class Datasets {
  constructor(private readonly scopes: ProjectScopes) {}

  /** The project that a dataset is of. One that does not exist and a name that none can have are the same. @throws Problem dataset-not-found */
  async projectOf(dataset: string): Promise<ProjectRef> {
    const [organization = '', project = '', ...more] = dataset.split('.');
    if (more.length > 0) throw notFound(dataset);
    try {
      return (await this.scopes.of(organization, project)).ref;
    } catch (error) {
      if (error instanceof Rejection) throw notFound(dataset);
      throw error;
    }
  }
}

const notFound = (dataset: string): Problem => new Problem('dataset-not-found', `There is no dataset '${dataset.slice(0, 200)}'.`);
