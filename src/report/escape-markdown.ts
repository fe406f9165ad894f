import { oneLine } from './one-line.ts';

/**
 * Text from anywhere as Markdown that shows exactly it: no markup, no HTML, no
 * link, no mention of a person or issue, no end of a table cell. The empty
 * comment keeps forges from finding mentions in the rendered page.
 */
export function escapeMarkdown(text: string): string {
  return oneLine(text).replace(/[^A-Za-z0-9 ,;/=+%'"()-]/g, (character) => {
    const entity = `&#${character.charCodeAt(0)};`;
    return character === '@' || character === '#'
      ? `${entity}<!-- -->`
      : entity;
  });
}
