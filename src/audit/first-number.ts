/**
 * `seq` of the first line of a file, without any check: it says which files
 * are worth reading, and a lie about it comes out when they are read.
 */
export function firstNumber(bytes: Buffer): number | undefined {
  const end = bytes.indexOf(0x0a);
  const line = end < 0 ? bytes : bytes.subarray(0, end);
  const match = /"seq":([0-9]{1,16}),"time":"[^"]*","v":\d+\}$/.exec(
    line.toString('utf8'),
  );
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
