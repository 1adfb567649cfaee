import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { t } from '~/texts'
import { Field } from './Field'
import { type Attendee, found, type Status } from './marks'
import type { Day } from './queries'
import { Roster } from './Roster'
import { Sync, Told } from './Sync'

const text = t.attendance

const whom = ({ roll_number, name }: Attendee) => `${roll_number} ${name}`

/** Marking is the day at the gate: one field that takes roll numbers without end, and the list under it. */
export function Marking({ day }: { day: Day }) {
  const field = useRef<HTMLInputElement>(null)
  const [typed, type] = useState('')
  const [chosen, choose] = useState<number | null>(null)
  const [said, say] = useState<Said>({ text: '', tone: 'good' })
  const sought = useDeferredValue(typed)
  const matches = useMemo(() => found(day.rows, sought), [day.rows, sought])
  const best = chosenOf(matches, chosen)

  const change = (value: string) => {
    type(value)
    choose(null)
  }
  /** Keys come faster than the page draws: what counts is what stands in the field now. */
  const meant = (value: string) => (value === sought ? matches : found(day.rows, value))
  const move = (value: string, by: 1 | -1) => {
    const now = meant(value)
    const at = Math.max(
      0,
      now.findIndex(({ student_id }) => student_id === chosen),
    )
    const next = now[at + by]
    if (next) choose(next.student_id)
  }
  const mark = (student: Attendee, status: Status | null) => {
    const { roll_number } = student
    if (student.status === status)
      return say({ text: text.already(whom(student), status ? text.status[status] : ''), tone: 'warn' })
    const done = status ? text.marked(whom(student), text.status[status]) : text.takenBack(whom(student))
    day.outbox.mark([{ student, status }], done)
    say({ text: done, tone: status === 'ABSENT' ? 'bad' : 'good', roll_number })
  }
  const enter = (value: string, status: Status) => {
    if (!value.trim()) return
    const student = chosenOf(meant(value), chosen)
    if (!student) {
      say({ text: text.noMatch(value.trim()), tone: 'bad' })
      field.current?.select()
      return
    }
    mark(student, status)
    change('')
  }
  const undo = () => {
    const step = day.outbox.undo(day.rows)
    if (!step) return say({ text: text.nothingToUndo, tone: 'warn' })
    if (step.changes.length === 0) return say({ text: text.cannotUndo(step.text), tone: 'bad' })
    say({ text: text.undone(step.text), tone: 'good' })
  }
  useKeys(field, undo)

  return (
    <>
      <Sync day={day} />
      <Told day={day} />
      <Field
        ref={field}
        value={typed}
        onChange={change}
        best={typed.trim() ? best : undefined}
        said={said}
        lastStep={day.state.steps.at(-1)?.text}
        onEnter={enter}
        onMove={move}
        onUndo={undo}
      />
      <Roster
        day={day}
        {...(typed.trim() ? { matches, best } : {})}
        onMark={(student, status) => {
          mark(student, status)
          if (typed) field.current?.select()
        }}
      />
    </>
  )
}

/** chosenOf is whom Enter means: the one the arrows went to, also when others mark meanwhile and the order changes. */
const chosenOf = (matches: readonly Attendee[], chosen: number | null) =>
  matches.find(({ student_id }) => student_id === chosen) ?? matches[0]

export interface Said {
  text: string
  tone: 'good' | 'warn' | 'bad'
  roll_number?: string
}

const dialogIsOpen = () => document.querySelector('[role="dialog"]') !== null

const takesText = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable="true"]')

/** useKeys sends what is typed anywhere on the page to the field, and undoes with Ctrl+Z where that is not an editor's own. */
function useKeys(field: React.RefObject<HTMLInputElement | null>, undo: () => void) {
  const latest = useRef(undo)
  useEffect(() => {
    latest.current = undo
  })
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (dialogIsOpen()) return
      const input = field.current
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'z') {
        const edits = takesText(event.target) && (event.target !== input || input?.value !== '')
        if (edits) return
        event.preventDefault()
        latest.current()
        return
      }
      const isText = event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey && !event.altKey
      if (isText && !takesText(event.target)) input?.focus()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [field])
}
