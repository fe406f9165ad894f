import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Lets no request with credentials leave this thread but to one origin. The
 * client of the artifact service follows redirects, and puts its token back
 * onto the request after it took it off for another host.
 */
export function sealToken(origin: string, onStray: (to: string) => void): void {
  for (const [protocol, module] of [
    ['http:', http],
    ['https:', https],
  ] as const) {
    const guard = (args: readonly unknown[]) => {
      const to = targetOf(protocol, args);
      if (to === origin || !isAuthorized(args)) return;
      onStray(to);
      throw new Error(`The token is not sent to ${to}`);
    };
    module.request = guarded(module.request, guard);
    module.get = guarded(module.get, guard);
  }
  syncBuiltinESMExports();
}

function guarded<Call extends (...args: never[]) => unknown>(
  call: Call,
  guard: (args: readonly unknown[]) => void,
): Call {
  return new Proxy(call, {
    apply: (target, self, args: unknown[]) => {
      guard(args);
      return Reflect.apply(target, self, args);
    },
  });
}

/** Node takes an address, options, or both; options come last. */
function optionsOf(args: readonly unknown[]): object[] {
  return args.filter(
    (each): each is object =>
      typeof each === 'object' && each !== null && !(each instanceof URL),
  );
}

function isAuthorized(args: readonly unknown[]): boolean {
  return optionsOf(args).some((options) => {
    const headers: unknown = Reflect.get(options, 'headers');
    const names = Array.isArray(headers)
      ? headers.map(String)
      : Object.keys(Object(headers));
    return names.some((name) => name.toLowerCase() === 'authorization');
  });
}

function targetOf(protocol: string, args: readonly unknown[]): string {
  const [first] = args;
  if (typeof first === 'string' || first instanceof URL) {
    return new URL(first).origin;
  }
  const [options = {}] = optionsOf(args);
  const text = (name: string) => {
    const value: unknown = Reflect.get(options, name);
    return value === undefined || value === null ? '' : String(value);
  };
  const host = text('hostname') || text('host');
  const port = text('port');
  return new URL(`${protocol}//${host}${port && `:${port}`}`).origin;
}
