import {
  type DocumentName,
  documentSchema,
} from '../../model/document-schema.ts';
import type { Terminal } from '../terminal.ts';

/** Prints what the files in `schemas/` hold, of this version. */
export function schema(name: DocumentName) {
  return async (terminal: Terminal): Promise<number> => {
    const document = documentSchema(name);
    for (const line of JSON.stringify(document, null, 2).split('\n')) {
      terminal.line(line);
    }
    terminal.document(document);
    return 0;
  };
}
