import type { Finding } from '../../../model/verdict.ts';
import type { ReleaseFile } from '../../driver.ts';
import { openHostAccess } from '../access/host-access.ts';
import type { FilesSubject } from './check-files.ts';
import {
  checkSourceContent,
  contentsOf,
  contentsReadBy,
  type SourceContent,
} from './check-source-content.ts';
import { checkSourceService } from './check-source-service.ts';
import { FileFindings } from './file-findings.ts';
import { parseSource } from './parse-source.ts';
import { openReleasePaths, parentOf } from './release-paths.ts';
import type { SourceCheck, SourceVisit } from './source-check.ts';
import type { SourceMap } from './source-node.ts';
import { extendedService, includedFiles } from './source-references.ts';
import { servicesOf } from './source-service.ts';

/** Files, and services taken out of files, that one module may lead to. */
const MAX_VISITS = 300;

/**
 * Goes from the listed compose files to all that they include and extend, and
 * judges each as compose would read it from there.
 */
export class SourceWalk {
  readonly #check: SourceCheck;
  readonly #parsed = new Map<string, readonly SourceMap[]>();
  readonly #seen = new Set<string>();
  readonly #waiting: SourceVisit[] = [];
  readonly #contents: SourceContent[] = [];
  readonly #contentsRead = new Set<string>();

  constructor(subject: FilesSubject, files: readonly ReleaseFile[]) {
    const tracked = files.map(({ path }) => path);
    this.#check = {
      subject,
      files: new Map(files.map((file) => [file.path, file])),
      findings: new FileFindings(subject.module),
      access: openHostAccess(subject.module, subject.policy),
      paths: openReleasePaths({ ...subject, tracked }),
    };
  }

  walk(): readonly Finding[] {
    const { findings, subject } = this.#check;
    const { files, services } = subject.settings;
    const base = parentOf(files[0] ?? '');
    for (const file of files) {
      if (this.#isTracked(file)) this.#add({ file, base });
    }
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      for (const document of this.#read(next.file)) this.#visit(next, document);
    }
    for (const content of this.#contents) {
      // What only another module's services read is that module's to declare.
      const isRead = this.#contentsRead.has(`${content.kind}/${content.key}`);
      if (isRead || services === undefined) {
        checkSourceContent(content, this.#check);
      }
    }
    return findings.list();
  }

  #visit(visit: SourceVisit, document: SourceMap): void {
    const { subject } = this.#check;
    const included = includedFiles(document, visit, this.#check);
    // Compose does not follow what an extended file includes.
    for (const each of visit.only ? [] : included) this.#add(each);
    for (const service of servicesOf(document, visit, subject)) {
      checkSourceService(service, this.#check);
      for (const extended of extendedService(service, this.#check)) {
        this.#add(extended);
      }
      if (!service.isOwn || !service.isActive) continue;
      for (const each of contentsReadBy(service)) this.#contentsRead.add(each);
    }
    if (!visit.only) this.#contents.push(...contentsOf(document, visit));
  }

  /** A listed file is there, and is no symlink. */
  #isTracked(file: string): boolean {
    const { files, findings, subject } = this.#check;
    const found = files.get(file);
    if (found && found.mode !== '120000') return true;
    findings.tell(
      'plan/invalid-compose',
      { file, line: 1 },
      found ? 'is a symlink' : 'is not a tracked file of this module',
      `Commit ${file}, or correct compose.file and compose.files in ${subject.folder}/module.yaml; a leading / means the root of the repository.`,
    );
    return false;
  }

  #add(visit: SourceVisit): void {
    const key = JSON.stringify([visit.file, visit.base, visit.only ?? null]);
    if (this.#seen.has(key)) return;
    if (this.#seen.size < MAX_VISITS) {
      this.#seen.add(key);
      this.#waiting.push(visit);
      return;
    }
    const { findings, subject } = this.#check;
    findings.tell(
      'plan/invalid-compose',
      { file: subject.settings.files[0] ?? '', line: 1 },
      `include and extends lead to more than ${MAX_VISITS} places`,
    );
  }

  #read(file: string): readonly SourceMap[] {
    const before = this.#parsed.get(file);
    if (before) return before;
    const { files, findings } = this.#check;
    const result = parseSource(files.get(file)?.content ?? Buffer.alloc(0));
    if (!result.ok) {
      const { line, message } = result;
      findings.tell('plan/invalid-compose', { file, line }, message);
    }
    const documents = result.ok ? result.documents : [];
    this.#parsed.set(file, documents);
    return documents;
  }
}
