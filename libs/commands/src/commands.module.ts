import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { WriteAnswers } from './answers/write-answers.js';
import { ChangeOrganizationHandler } from './directory/change-organization.handler.js';
import { ChangeProjectHandler } from './directory/change-project.handler.js';
import { CreateProjectHandler } from './directory/create-project.handler.js';
import { OrganizationsController } from './directory/organizations.controller.js';
import { ProjectsController } from './directory/projects.controller.js';
import { PushController } from './push/push.controller.js';
import { PushGate } from './push/push-gate.js';
import { PushItemsHandler } from './push/push-items.handler.js';
import { PushReader } from './push/push-reader.js';
import { ChangeResourceHandler } from './resources/change-resource.handler.js';
import { CreateResourceHandler } from './resources/create-resource.handler.js';
import { Documents } from './resources/documents.js';
import { EventStoreContexts } from './resources/event-store-contexts.js';
import { FirstAnswers } from './resources/idempotency.js';
import { ResourceAppender } from './resources/resource-appender.js';
import { ResourceLookup } from './resources/resource-lookup.js';
import { ResourcesController } from './resources/resources.controller.js';
import { UpdateResourceHandler } from './resources/update-resource.handler.js';

/**
 * The write side: routes, handlers, and the way from a request to an append. The application gives, globally: `HeadwaterConfig`,
 * `PositionWaiter`, and the tokens `EVENT_STORE`, `DOCUMENT_READER`, `DIRECTORY_LOOKUP`, `SEALED_TOKENS` and `URLS`.
 */
@Module({
  imports: [CqrsModule.forRoot()],
  controllers: [OrganizationsController, ProjectsController, ResourcesController, PushController],
  providers: [
    WriteAnswers,
    Documents,
    EventStoreContexts,
    FirstAnswers,
    PushGate,
    PushReader,
    ResourceAppender,
    ResourceLookup,
    ChangeOrganizationHandler,
    ChangeProjectHandler,
    ChangeResourceHandler,
    CreateProjectHandler,
    CreateResourceHandler,
    PushItemsHandler,
    UpdateResourceHandler,
  ],
})
export class CommandsModule {}
