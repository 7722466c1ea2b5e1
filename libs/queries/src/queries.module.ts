import { Module } from '@nestjs/common';
import { ChangeTokens } from './changes/change-tokens.js';
import { ChangesController } from './changes/changes.controller.js';
import { Datasets } from './changes/datasets.js';
import { DatasetsController } from './changes/datasets.controller.js';
import { DirectoryLists } from './directory/directory-lists.js';
import { DirectoryReplies } from './directory/directory-replies.js';
import { OrganizationsController } from './directory/organizations.controller.js';
import { ProjectsController } from './directory/projects.controller.js';
import { EventFrames } from './events/event-frames.js';
import { EventHub } from './events/event-hub.js';
import { EventStreams } from './events/event-streams.js';
import { EventsController } from './events/events.controller.js';
import { EntityForms } from './fetch/entity-forms.js';
import { EntityRequests } from './fetch/entity-requests.js';
import { EntityStates } from './fetch/entity-states.js';
import { FetchController } from './fetch/fetch.controller.js';
import { SourceController } from './fetch/source.controller.js';
import { LinksController } from './links/links.controller.js';
import { ListingController } from './listing/listing.controller.js';
import { ProjectScopes } from './requests/project-scopes.js';

/**
 * The read side. Whoever composes it provides the ports by their tokens (@headwater/platform): event store, readers, document forms, sealed
 * tokens, directory look-up and URLs, and the `PositionWaiter`.
 */
@Module({
  controllers: [
    OrganizationsController,
    ProjectsController,
    EventsController,
    FetchController,
    SourceController,
    LinksController,
    ListingController,
    ChangesController,
    DatasetsController,
  ],
  providers: [
    ProjectScopes,
    DirectoryLists,
    DirectoryReplies,
    EntityForms,
    EntityRequests,
    EntityStates,
    EventFrames,
    EventHub,
    EventStreams,
    ChangeTokens,
    Datasets,
  ],
})
export class QueriesModule {}
