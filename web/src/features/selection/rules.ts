import type { Failure } from '~/api/schema'
import { t } from '~/texts'

const { why } = t.selection

const text = (value: unknown) => (Array.isArray(value) ? value.join(', ') : String(value))

/** neededOf says what a rule asks for. */
export function neededOf({ rule, needed }: Failure): string {
  if (rule === 'active') return why.account.needed
  if (rule === 'debarred') return why.standing.needed
  if (Array.isArray(needed)) return why.oneOf(text(needed))
  return rule.startsWith('max_') ? why.atMost(text(needed)) : why.atLeast(text(needed))
}

/** actualOf says what the student has. */
export function actualOf({ rule, actual }: Failure): string {
  if (rule === 'active') return why.account.actual
  if (rule === 'debarred') return why.standing.actual
  return actual === null || actual === undefined ? why.missing : text(actual)
}

export const ruleOf = ({ rule }: Failure): string => why.rules[rule] ?? rule
