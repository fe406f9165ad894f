import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { backupStamp } from '../../src/model/backup-name.ts';
import type { Receipt } from '../../src/model/receipt.ts';

/**
 * Puts a backup of the class `files` on a host as if one had been taken, with
 * its receipt; its path. For lanes whose case is not the backup.
 */
export function placeBackup(
  root: string,
  about: { readonly module: string; readonly host: string },
): string {
  const now = new Date();
  const backup = `${about.module}-${backupStamp(now)}.tar.gz`;
  const content = gzipSync(oneFile());
  const receipt: Receipt = {
    schema: 1,
    ...about,
    class: 'files',
    taken_at: `${now.toISOString().slice(0, 19)}Z`,
    sha: 'a'.repeat(40),
    tree: 'b'.repeat(64),
    run: { id: '1', number: '1', attempt: '1', url: '' },
    excludes: [],
    adopted: false,
    backup,
    volumes: [],
    method: 'host',
    consistency: 'crash',
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    counts: {},
    tools: {},
    host_time: '',
    verified_at: null,
  };
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const path = join(root, backup);
  writeFileSync(path, content, { mode: 0o600 });
  writeFileSync(`${path}.receipt.json`, JSON.stringify(receipt), {
    mode: 0o600,
  });
  return path;
}

/** A tar of one empty file. */
function oneFile(): Buffer {
  const header = Buffer.alloc(512);
  header.write('data', 0);
  header.write(`0000600\0${'0000000\0'.repeat(2)}`, 100);
  header.write('00000000000\0'.repeat(2), 124);
  header.write('        0', 148);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, Buffer.alloc(1024)]);
}
