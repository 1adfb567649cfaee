import { t } from '~/texts'
import type { Problem } from './schema'

/** ApiError is a refusal of the server (RFC 9457), or that it could not be reached (status 0). */
export class ApiError extends Error {
  readonly status: number
  readonly type: string
  /** What does not fit, by field: the 422 of a form. */
  readonly fields: Record<string, string>
  readonly retryAfter: number | null

  constructor(status: number, problem: Partial<Problem>, retryAfter: number | null = null) {
    super(problem.detail || problem.title || (status ? t.common.refused(status) : t.common.unreachable))
    this.name = 'ApiError'
    this.status = status
    this.type = problem.type ?? ''
    this.retryAfter = retryAfter
    this.fields = {}
    for (const { field, message } of problem.errors ?? []) this.fields[field] ??= message
  }

  get isOffline() {
    return this.status === 0
  }
}

/** messageOf says what went wrong in words for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : t.common.unreachable
}

/** fieldsOf are the faults of a form's fields, for react-aria's validationErrors. */
export function fieldsOf(error: unknown): Record<string, string> {
  return error instanceof ApiError ? error.fields : {}
}
