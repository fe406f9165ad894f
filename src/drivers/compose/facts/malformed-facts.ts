/** Thrown while facts are read, and made a value where they are asked for. */
export class MalformedFacts extends Error {}
