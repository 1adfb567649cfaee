import { createStore, del, get, keys, promisifyRequest, set, type UseStore, update } from 'idb-keyval'
import type { SessionBody } from './schema'
import { keptFlag } from './session'

/**
 * What this browser keeps so that a page can be used without the network: who is signed in, and what a page has last seen.
 * All of it goes when that person signs out, except marks that the server does not have yet (`unsent:…`).
 */
let opened: UseStore | undefined
const store = () => {
  opened ??= createStore('placeops', 'kept')
  return opened
}

/** A browser may refuse to store anything (a private window); then it is kept as long as the page is open. */
const memory = new Map<string, unknown>()
let lasts = true

export const isLasting = () => lasts

async function orMemory<T>(stored: () => Promise<T>, held: () => T): Promise<T> {
  if (lasts) {
    try {
      return await stored()
    } catch {
      lasts = false
    }
  }
  return held()
}

export function read<T>(key: string): Promise<T | undefined> {
  return orMemory(
    () => get<T>(key, store()),
    () => memory.get(key) as T | undefined,
  )
}

export function write(key: string, value: unknown): Promise<void> {
  localStorage.setItem(keptFlag, '1')
  return orMemory(
    () => set(key, value, store()),
    () => void memory.set(key, value),
  )
}

/** change is one step: what another tab writes at the same time is not lost. */
export function change<T>(key: string, to: (old: T | undefined) => T): Promise<void> {
  return orMemory(
    () => update<T>(key, to, store()),
    () => void memory.set(key, to(memory.get(key) as T | undefined)),
  )
}

/** removeIf looks and removes in one step, too. */
export function removeIf<T>(key: string, isOver: (value: T) => boolean): Promise<void> {
  return orMemory(
    () =>
      store()('readwrite', (all) => {
        const asked = all.get(key)
        asked.onsuccess = () => {
          if (asked.result !== undefined && isOver(asked.result)) all.delete(key)
        }
        return promisifyRequest(all.transaction)
      }),
    () => {
      const value = memory.get(key)
      if (value !== undefined && isOver(value as T)) memory.delete(key)
    },
  )
}

export function remove(key: string): Promise<void> {
  return orMemory(
    () => del(key, store()),
    () => void memory.delete(key),
  )
}

export function keysBeginning(start: string): Promise<string[]> {
  const fitting = (all: Iterable<unknown>) => [...all].map(String).filter((key) => key.startsWith(start))
  return orMemory(
    async () => fitting(await keys(store())),
    () => fitting(memory.keys()),
  )
}

/** Marks of attendance that the server does not have yet: `unsent:USER:DRIVE`. */
export const unsent = 'unsent:'

/** unsentOf is how many students' marks somebody has here that the server has not. */
export async function unsentOf(userId: number): Promise<number> {
  let waiting = 0
  for (const key of await keysBeginning(`${unsent}${userId}:`)) {
    const { queue } = (await read<{ queue: { student_id: number }[] }>(key)) ?? { queue: [] }
    waiting += new Set(queue.map(({ student_id }) => student_id)).size
  }
  return waiting
}

const sessionKey = 'session'

export async function keepSession(session: SessionBody) {
  const before = await read<SessionBody>(sessionKey)
  if (before && before.user.user_id !== session.user.user_id) await forget()
  await write(sessionKey, session)
}

/** keptSession is who was signed in when the network went, until that sign-in ends by itself. */
export async function keptSession(): Promise<SessionBody | null> {
  const session = await read<SessionBody>(sessionKey)
  return session && Date.parse(session.expires_at) > Date.now() ? session : null
}

/** forget leaves nothing of the person who was here, except what would be lost. */
export async function forget() {
  localStorage.removeItem(keptFlag)
  for (const key of await keysBeginning('')) if (!key.startsWith(unsent)) await remove(key)
}
