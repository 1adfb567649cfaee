import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { AuditBody } from '~/api/schema'
import { t } from '~/texts'
import { changesOf, entriesOf, longEntryOf } from './queries'

test('the lines of one statement are one entry', () => {
  const lines = [9, 9, 8, 7, 7].map((audit_id) => ({ audit_id }) as AuditBody)
  expect(entriesOf(lines).map((entry) => entry.length)).toEqual([2, 1, 2])
})

test('what many people did in one statement is an entry for each of them', () => {
  const crowd = Array.from({ length: 100 }, (_, n) => ({ audit_id: 5, actor_id: n }) as AuditBody)
  expect(entriesOf(crowd)).toHaveLength(100)
  expect(longEntryOf(crowd), 'nobody of them is passed over').toBeNull()
})

test('fields that stayed empty are left out', () => {
  expect(changesOf({ before: null, after: { a: 1, b: null } })).toEqual([{ field: 'a', before: null, after: 1 }])
  expect(changesOf({ before: { a: 1, b: 2 }, after: { a: null, b: 3 } })).toEqual([
    { field: 'a', before: 1, after: null },
    { field: 'b', before: 2, after: 3 },
  ])
  expect(changesOf({ before: null, after: null })).toEqual([])
})

test('every operation that the trail can name has words', () => {
  // The server's own table of what each route leaves in the trail, which a new route has to be added to.
  const table = readFileSync(new URL('../../../../server/audit_test.go', import.meta.url), 'utf8')
  const named = [...table.matchAll(/\boperation: "([\w-]+)"/g), ...table.matchAll(/\bjob: "([\w-]+)"/g)].map(
    ([, name]) => name,
  )
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((name) => !t.audit.operations[name ?? ''])).toEqual([])
})

test('a page of nothing but one entry is a long one', () => {
  const lines = (n: number, audit_id: number) => Array.from({ length: n }, () => ({ audit_id, actor_id: 1 }))
  expect(longEntryOf(lines(100, 7))).toBe(7)
  expect(longEntryOf([...lines(1, 8), ...lines(99, 7)])).toBeNull()
  expect(longEntryOf(lines(30, 7))).toBeNull()
  expect(longEntryOf([])).toBeNull()
})
