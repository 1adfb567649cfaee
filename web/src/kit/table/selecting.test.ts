import { describe, expect, it } from 'vitest'
import { choose, chosenOf } from './selecting'

const rows = [10, 11, 12, 13]
const id = (row: number) => row

describe('choosing rows', () => {
  it('turns one row over', () => {
    expect([...choose(rows, id, new Set([10]), 1, 1)]).toEqual([10, 11])
    expect([...choose(rows, id, new Set([10, 11]), 1, 1)]).toEqual([10])
  })
  it('takes all between two, upwards, too, and keeps what is out of sight', () => {
    expect([...choose(rows, id, new Set([99, 12]), 3, 1)].sort()).toEqual([11, 12, 13, 99])
  })
  it('tells all, some and none of the rows', () => {
    expect(chosenOf(rows, id, new Set(rows))).toBe('all')
    expect(chosenOf(rows, id, new Set([12, 99]))).toBe('some')
    expect(chosenOf(rows, id, new Set([99]))).toBe('none')
    expect(chosenOf([], id, new Set([99]))).toBe('none')
  })
})
