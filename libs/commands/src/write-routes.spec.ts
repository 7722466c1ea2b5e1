import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, MODULE_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { CommandsModule } from './commands.module.js';
import { WRITE_ROUTES } from './write-routes.js';

const listed = (text: unknown): readonly string[] => [text].flat().map(String);

/** `PUT /v1/orgs/:org` of every handler of a controller. */
function routesOf(controller: { readonly prototype: object }): readonly string[] {
  const prefixes = listed(Reflect.getMetadata(PATH_METADATA, controller));
  const handlers = Object.values(Object.getOwnPropertyDescriptors(controller.prototype)).map(({ value }) => value as unknown);
  return handlers.flatMap((handler) => {
    if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return [];
    const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod];
    const paths = listed(Reflect.getMetadata(PATH_METADATA, handler));
    return prefixes.flatMap((prefix) => paths.map((path) => `${method} ${['', prefix, path].join('/').replace(/\/+$/, '')}`));
  });
}

describe('The routes of the write side', () => {
  it('are those of its controllers', () => {
    const controllers = Reflect.getMetadata(MODULE_METADATA.CONTROLLERS, CommandsModule) as readonly { readonly prototype: object }[];
    const routes = controllers.flatMap(routesOf);
    expect(routes.length).toBeGreaterThan(10);
    expect(WRITE_ROUTES.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(routes.toSorted());
  });
});
