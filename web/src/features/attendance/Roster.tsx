import { Check, CloudUpload, X } from 'lucide-react'
import { memo, useCallback, useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import { count } from '~/kit/format'
import { useInSteps } from '~/kit/InSteps'
import { Progress } from '~/kit/Progress'
import { t } from '~/texts'
import { MarkBadge } from './Field'
import type { Attendee, Counts, Status } from './marks'
import type { Day } from './queries'

const text = t.attendance
const filters = ['all', 'unmarked', 'present', 'absent'] as const
type Filter = (typeof filters)[number]

const statusOf: Record<Exclude<Filter, 'all'>, Status | null> = { unmarked: null, present: 'PRESENT', absent: 'ABSENT' }

interface RosterProps {
  day: Day
  /** Whom the text in the field means, instead of the filter. */
  matches?: readonly Attendee[] | undefined
  best?: Attendee | undefined
  onMark?: (student: Attendee, status: Status | null) => void
}

export function Roster({ day, matches, best, onMark }: RosterProps) {
  const { rows, counts, waiting } = day
  const [filter, setFilter] = useFilter()
  const [touched, setTouched] = useState<ReadonlySet<number>>(new Set())
  const fits = (row: Attendee) => filter === 'all' || row.status === statusOf[filter] || touched.has(row.student_id)
  const fitting = matches ?? rows.filter(fits)
  const { drawn, end } = useInSteps(fitting, 60)
  const latest = useRef(onMark)
  useEffect(() => {
    latest.current = onMark
  })
  const mark = useCallback((student: Attendee, status: Status | null) => {
    // Who was marked here stays in sight: the next one must not move under the finger.
    setTouched((before) => new Set(before).add(student.student_id))
    latest.current?.(student, status)
  }, [])
  return (
    <section className="stack tight" aria-label={text.list}>
      <Figures counts={counts} />
      <Filters
        counts={counts}
        filter={filter}
        onChange={(next) => {
          setTouched(new Set())
          setFilter(next)
        }}
      />
      <ul className="roster">
        {drawn.map((row) => (
          <Row
            key={row.student_id}
            row={row}
            isBest={row === best}
            isWaiting={waiting.has(row.student_id)}
            onMark={onMark ? mark : undefined}
          />
        ))}
        {fitting.length === 0 && (
          <li className="roster-none quiet">
            {matches || filter === 'all' ? t.common.nothing : text.noneLeft[filter]}
          </li>
        )}
      </ul>
      {end}
    </section>
  )
}

function useFilter(): [Filter, (filter: Filter) => void] {
  const [search, setSearch] = useSearchParams()
  const named = filters.find((name) => name === search.get('show')) ?? 'all'
  const set = (filter: Filter) =>
    setSearch(
      (now) => {
        if (filter === 'all') now.delete('show')
        else now.set('show', filter)
        return now
      },
      { replace: true },
    )
  return [named, set]
}

function Figures({ counts }: { counts: Counts }) {
  const marked = counts.all - counts.unmarked
  const label = text.progress(marked, counts.all)
  return (
    <div className="stack tight">
      <div className="row between">
        <h2>{text.list}</h2>
        <span className="quiet num">{label}</span>
      </div>
      <Progress label={label} done={marked} total={counts.all} />
    </div>
  )
}

function Filters({ counts, filter, onChange }: { counts: Counts; filter: Filter; onChange: (filter: Filter) => void }) {
  return (
    <fieldset className="segments" aria-label={text.show}>
      {filters.map((name) => (
        <button
          type="button"
          key={name}
          className={`segment ${name}`}
          aria-pressed={filter === name}
          onClick={() => onChange(name)}
        >
          {text.filter[name]} <span className="num">{count(counts[name])}</span>
        </button>
      ))}
    </fieldset>
  )
}

interface RowProps {
  row: Attendee
  isBest: boolean
  isWaiting: boolean
  onMark: ((student: Attendee, status: Status | null) => void) | undefined
}

const Row = memo(function Row({ row, isBest, isWaiting, onMark }: RowProps) {
  return (
    <li className={isBest ? 'best' : ''}>
      <span className="roster-who">
        <span className="mono">{row.roll_number}</span>
        <span className="roster-name">{row.name}</span>
      </span>
      <span className="roster-waiting">
        {isWaiting && (
          <>
            <CloudUpload size={16} aria-hidden="true" />
            <span className="sr-only">{text.unsentMark}</span>
          </>
        )}
      </span>
      {onMark ? (
        <span className="roster-marks">
          <MarkButton row={row} status="PRESENT" onMark={onMark} />
          <MarkButton row={row} status="ABSENT" onMark={onMark} />
        </span>
      ) : (
        <MarkBadge status={row.status} />
      )}
    </li>
  )
})

interface MarkButtonProps {
  row: Attendee
  status: Status
  onMark: (student: Attendee, status: Status | null) => void
}

/** A button that is pressed already takes the mark back. */
function MarkButton({ row, status, onMark }: MarkButtonProps) {
  const isSet = row.status === status
  const word = status === 'PRESENT' ? text.present : text.absent
  const Icon = status === 'PRESENT' ? Check : X
  return (
    <button
      type="button"
      className={`mark ${status.toLowerCase()}`}
      aria-pressed={isSet}
      aria-label={text.markOf(word, `${row.roll_number} ${row.name}`)}
      // The field keeps the focus, so that typing goes on.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => onMark(row, isSet ? null : status)}
    >
      <Icon size={16} aria-hidden="true" />
      {word}
    </button>
  )
}
