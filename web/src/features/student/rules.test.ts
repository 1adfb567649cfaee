import { expect, test } from 'vitest'
import type { DriveBody, Failure, MeBody } from '~/api/schema'
import { criteriaFor, whyNot } from './rules'

const failure = (rule: string, needed: unknown, actual: unknown, reason: string): Failure => ({
  rule,
  needed,
  actual,
  reason,
})

test.each([
  [failure('min_cgpa', 7.5, 7.12, 'below'), 'CGPA 7.50 needed, yours is 7.12'],
  [failure('min_cgpa', 7.5, 7.495, 'below'), 'CGPA 7.50 needed, yours is 7.495'],
  [failure('min_10th', 75, 70.5, 'below'), '10th marks of 75% needed, yours are 70.5%'],
  [failure('max_backlogs', 0, 2, 'above'), 'Active backlogs: none allowed, you have 2'],
  [failure('max_gap_years', 1, 2, 'above'), 'Gap years: at most 1 allowed, you have 2'],
  [failure('allowed_branches', ['CSE', 'ECE'], 'MECH', 'not_allowed'), 'Only for CSE, ECE; yours is MECH'],
  [failure('allowed_batches', [2026], 2027, 'not_allowed'), 'Only for 2026; yours is 2027'],
  [failure('allowed_genders', ['F'], 'M', 'not_allowed'), 'Only for women'],
  [failure('allowed_genders', ['F'], null, 'missing'), 'Gender: women needed, but none is on record'],
  [failure('min_cgpa', 6, null, 'missing'), 'CGPA: at least 6.00 needed, but none is on record'],
  [failure('debarred', false, true, 'not_allowed'), 'You are debarred from placement drives'],
  [failure('active', true, false, 'not_allowed'), 'Your account is not active'],
])('a failing rule as a line: %j', (given, line) => {
  expect(whyNot(given)).toBe(line)
})

test('criteria stand beside the own values, and the server says which are met', () => {
  const drive = { min_cgpa: 7.5, min_12th: 70, max_backlogs: 0, allowed_branches: [] } as unknown as DriveBody
  const me = { cgpa: 7.495, twelfth_percent: null, diploma_percent: 81 } as unknown as MeBody
  const failing = [failure('min_cgpa', 7.5, 7.495, 'below'), failure('debarred', false, true, 'not_allowed')]
  expect(criteriaFor(drive, me, failing)).toEqual([
    { rule: 'debarred', name: 'Placement', needed: '', yours: 'You are debarred from placement drives', isMet: false },
    { rule: 'min_cgpa', name: 'CGPA', needed: 'at least 7.50', yours: '7.495', isMet: false },
    { rule: 'min_12th', name: '12th marks', needed: 'at least 70%', yours: '81% (diploma)', isMet: true },
    { rule: 'max_backlogs', name: 'Active backlogs', needed: 'none', yours: '0', isMet: true },
  ])
})
