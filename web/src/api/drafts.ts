/**
 * Drafts are what somebody typed into a form and did not save. They are in this browser, for that person alone, until they are
 * saved or put aside, or the person signs out; so a form can be left by any way without a question.
 */
const prefix = 'placeops-draft:'
const of = (userId: number) => `${prefix}${userId}:`

interface Kept<T> {
  title: string
  value: T
}

function read<T>(key: string): Kept<T> | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null')
  } catch {
    return null
  }
}

export function readDraft<T>(userId: number, name: string): T | null {
  return read<T>(of(userId) + name)?.value ?? null
}

/** keepDraft keeps what was typed under the title that a person knows it by. */
export function keepDraft(userId: number, name: string, title: string, value: unknown) {
  try {
    localStorage.setItem(of(userId) + name, JSON.stringify({ title, value }))
  } catch {
    // A full or forbidden storage only means that the draft does not outlive its page.
  }
}

export function removeDraft(userId: number, name: string) {
  localStorage.removeItem(of(userId) + name)
}

const keysOf = (userId: number) => Object.keys(localStorage).filter((key) => key.startsWith(of(userId)))

/** draftTitles are what somebody has typed here and not saved. */
export function draftTitles(userId: number): string[] {
  return keysOf(userId).map((key) => read(key)?.title ?? '')
}

export function removeDraftsOf(userId: number) {
  for (const key of keysOf(userId)) localStorage.removeItem(key)
}
