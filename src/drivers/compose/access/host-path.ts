import { posix } from 'node:path';
import { below } from '../changes/repository-path.ts';
import type { ComposeText } from '../facts/model.ts';
import type { HostAsk } from './host-ask.ts';

/** An absolute path of the host that a service would see something of. */
export interface HostPath {
  readonly key: 'volumes' | 'configs' | 'secrets' | 'devices';
  readonly path: ComposeText;
  /** False where it may be a folder. */
  readonly isFile: boolean;
  /** It is seen through a volume, and not by a bind of the service's own. */
  readonly isVolume?: boolean;
}

/** Where engines listen; whoever may talk to one of them owns the host. */
const SOCKETS = [
  '/run/docker.sock',
  '/run/containerd/containerd.sock',
  '/run/podman/podman.sock',
].flatMap((path) => [path, `/var${path}`]);
/** Engines of single users have theirs below. */
const USER_FOLDER = /^(?:\/var)?\/run\/user(?:\/[0-9]+)?$/;
const SOCKET_NAME =
  /\/(?:docker|dockershim|cri-dockerd|containerd|podman|crio|buildkitd)\.sock$/;

/** What a path outside of the release asks for. */
export function askedByPath({ key, path }: HostPath): readonly HostAsk[] {
  const plain = plainPath(path);
  const { shown, value } = plain;
  if (SOCKET_NAME.test(value)) {
    return [{ key, shown, words: ['docker-socket', value] }];
  }
  const folder: HostAsk = {
    ...{ key, shown, path: plain },
    words: key === 'devices' ? ['privileged'] : [],
    instead: 'Mount only what is needed; nothing can accept all of the host.',
  };
  const holdsSocket =
    USER_FOLDER.test(value) ||
    SOCKETS.some((socket) => below(socket, value) !== undefined);
  return holdsSocket
    ? [
        folder,
        { key, shown: `${shown}, with the socket`, words: ['docker-socket'] },
      ]
    : [folder];
}

/** Without `..`, doubled or trailing slashes. */
function plainPath({ shown, value }: ComposeText): ComposeText {
  const plain = posix.normalize(value).replace(/(?<=.)\/+$/, '');
  return { value: plain, shown: value === shown ? plain : shown };
}
