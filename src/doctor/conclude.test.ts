import { expect, it } from 'vitest';
import { exitStatusOfVerdict } from '../model/verdict.ts';
import type { Severity } from './checks/check.ts';
import { conclude } from './conclude.ts';
import { fine } from './finding.ts';

const rows = (...severities: readonly Severity[]) =>
  severities.map((severity) => ({ ...fine('node', 'here', ''), severity }));

it.each<[readonly Severity[], string, number]>([
  [['fine'], 'doctor/fine', 0],
  [['fine', 'advice'], 'doctor/advice', 0],
  [['advice', 'unknown', 'fine'], 'doctor/unknown', 3],
  [['unknown', 'missing'], 'doctor/missing', 3],
  [['dangerous', 'missing', 'unknown'], 'doctor/dangerous', 4],
  [[], 'doctor/unknown', 3],
])('%j ends with %s', (severities, code, exit) => {
  const verdict = conclude(rows(...severities));
  expect(verdict.code).toBe(code);
  expect(exitStatusOfVerdict(verdict)).toBe(exit);
});
