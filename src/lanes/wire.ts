/**
 * Where a step's input comes from. One description, two readings: as the
 * expression of a workflow file, and as the value in a lane that runs in one
 * process. A test holds the workflow files to the first reading.
 */
export type Wire =
  | { readonly from: 'input'; readonly name: string }
  | { readonly from: 'secret'; readonly name: string }
  | { readonly from: 'text'; readonly text: string }
  /** A JSON array of the one id that an input names. */
  | { readonly from: 'list'; readonly input: string }
  | { readonly from: 'output'; readonly step: string; readonly name: string }
  | {
      readonly from: 'choice';
      readonly when: { readonly input: string; readonly is: Lowercase<string> };
      readonly value: Wire | string;
      readonly otherwise: Wire | string;
    };

/** What a wire can be read from. */
export interface WireValues {
  readonly inputs: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Step id -> output name -> value, of the steps that ran. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The wire as `${{ … }}` of a workflow file. */
export function renderWire(wire: Wire): string {
  return typeof wire !== 'string' && wire.from === 'text'
    ? wire.text
    : `\${{ ${renderTerm(wire)} }}`;
}

function renderTerm(wire: Wire | string): string {
  if (typeof wire === 'string') return `'${wire.replaceAll("'", "''")}'`;
  switch (wire.from) {
    case 'input':
      return `inputs.${wire.name}`;
    case 'secret':
      return `secrets.${wire.name}`;
    case 'text':
      return renderTerm(wire.text);
    case 'list':
      return `format('["{0}"]', inputs.${wire.input})`;
    case 'output':
      return `steps.${wire.step}.outputs.${wire.name}`;
    case 'choice': {
      const test = `inputs.${wire.when.input} == '${wire.when.is}'`;
      return `${test} && ${renderTerm(wire.value)} || ${renderTerm(wire.otherwise)}`;
    }
  }
}

/**
 * The value of a wire; missing things are empty, as in a workflow. As there,
 * `==` takes no notice of case, and a choice whose first branch is empty
 * yields the second one.
 */
export function resolveWire(wire: Wire | string, values: WireValues): string {
  if (typeof wire === 'string') return wire;
  switch (wire.from) {
    case 'input':
      return values.inputs[wire.name] ?? '';
    case 'secret':
      return values.secrets[wire.name] ?? '';
    case 'text':
      return wire.text;
    case 'list':
      return `["${values.inputs[wire.input] ?? ''}"]`;
    case 'output':
      return values.outputs[wire.step]?.[wire.name] ?? '';
    case 'choice': {
      const holds = resolveWire(
        { from: 'input', name: wire.when.input },
        values,
      );
      const chosen =
        holds.toLowerCase() === wire.when.is
          ? resolveWire(wire.value, values)
          : '';
      return chosen || resolveWire(wire.otherwise, values);
    }
  }
}
