import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The part of Forgejo's schema that a backup looks at, and some beside it. */
export const FORGEJO_SCHEMA = `
create table repository (id integer primary key, owner_id integer,
  owner_name varchar(255), lower_name varchar(255) not null, name varchar(255) not null);
create table attachment (id integer primary key, uuid varchar(40), name varchar(255));
insert into repository values (1, 1, 'Alice', 'one', 'One'), (2, 2, 'bob', 'two.js', 'two.js');
insert into attachment values (1, 'ab12', 'picture.png');`;

/** What those rows stand for on the disk. */
export const FORGEJO_REPOSITORIES = ['alice/one.git', 'bob/two.js.git'];

const FILES = {
  'gitea/attachments/a/b/ab12': 'a picture',
  'gitea/avatars/1': 'a face',
  'gitea/packages/00/11/0011': 'a package',
  'gitea/conf/app.ini': '[server]\n',
  'git/lfs/22/33/2233': 'a large file',
};

/** Lays the folder out as the container image of Forgejo has it. */
export function layForgejo(folder: string): void {
  for (const name of FORGEJO_REPOSITORIES) {
    const repository = join(folder, 'git/repositories', name);
    mkdirSync(repository, { recursive: true });
    execFileSync('git', ['init', '--quiet', '--bare', repository]);
    const argv = ['-C', repository, 'hash-object', '-w', '--stdin'];
    execFileSync('git', argv, { input: name });
  }
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
