import { describe, expect, it } from 'vitest'
import { actualOf, neededOf, ruleOf } from './rules'

describe('a rule that is not met, in words', () => {
  const cases = [
    [{ rule: 'min_cgpa', needed: 7.5, actual: 7.495, reason: 'below' }, 'CGPA', 'at least 7.5', '7.495'],
    [{ rule: 'max_backlogs', needed: 0, actual: 3, reason: 'above' }, 'Active backlogs', 'at most 0', '3'],
    [
      { rule: 'allowed_branches', needed: ['CSE', 'IT'], actual: 'EEE', reason: 'not_allowed' },
      'Branch',
      'one of CSE, IT',
      'EEE',
    ],
    [{ rule: 'min_12th', needed: 60, actual: null, reason: 'missing' }, '12th, percent', 'at least 60', 'missing'],
    [{ rule: 'debarred', needed: false, actual: true, reason: 'not_allowed' }, 'Standing', 'not debarred', 'debarred'],
    [{ rule: 'active', needed: true, actual: false, reason: 'not_allowed' }, 'Account', 'active', 'inactive'],
  ] as const
  for (const [failure, rule, needed, actual] of cases) {
    it(failure.rule, () => {
      expect([ruleOf(failure), neededOf(failure), actualOf(failure)]).toEqual([rule, needed, actual])
    })
  }
})
