import { useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'
import { useRows } from '~/api/rows'
import type { StudentBody } from '~/api/schema'
import type { ScreenProps } from '~/app/routes'
import { DataTable, type TableColumn } from '~/kit/DataTable'
import { count } from '~/kit/format'
import { mark } from '~/kit/marks'
import { Page } from '~/kit/Page'
import { Failed } from '~/kit/States'
import { useUrlState } from '~/kit/urlState'
import { t } from '~/texts'
import { listStudents, standingOf, studentsKey } from './queries'
import { StandingBadge } from './StandingBadge'
import { StudentDialog } from './StudentDialog'
import { isFiltered, StudentFilters, sortIn, studentFilter } from './StudentFilters'

const { columns: titles } = t.students

const columns: TableColumn<StudentBody>[] = [
  { id: 'name', title: titles.name, width: '2fr', minWidth: 160, sortable: true, cell: (s) => s.name },
  {
    id: 'roll_number',
    title: titles.roll_number,
    width: '1.3fr',
    hideBelow: 560,
    sortable: true,
    cell: (s) => s.roll_number,
  },
  {
    id: 'branch',
    title: titles.branch,
    width: '1fr',
    hideBelow: 640,
    sortable: true,
    cell: (s) => s.branch ?? t.common.none,
  },
  {
    id: 'batch_year',
    title: titles.batch_year,
    width: 90,
    hideBelow: 760,
    sortable: true,
    downFirst: true,
    end: true,
    cell: (s) => mark(s.batch_year),
  },
  { id: 'cgpa', title: titles.cgpa, width: 90, sortable: true, downFirst: true, end: true, cell: (s) => mark(s.cgpa) },
  {
    id: 'active_backlogs',
    title: titles.active_backlogs,
    width: 105,
    hideBelow: 640,
    end: true,
    cell: (s) => count(s.active_backlogs),
  },
  {
    id: 'standing',
    title: titles.standing,
    width: 150,
    hideBelow: 480,
    cell: (s) => <StandingBadge standing={standingOf(s)} />,
  },
]

const rowId = (s: StudentBody) => s.student_id
const rowText = (s: StudentBody) => `${s.name}, ${s.roll_number}`
const narrowLine = (s: StudentBody) => {
  const standing = standingOf(s)
  const words = [s.roll_number, s.branch ?? t.common.none]
  return (standing === 'good' ? words : [...words, t.students.standing[standing]]).join(' · ')
}

/** Students is the register of all students; one of them opens over it, at an address of its own. */
export default function Students({ params }: ScreenProps) {
  const { get, set } = useUrlState()
  const [, go] = useLocation()
  const search = useSearch()
  const filter = useMemo(() => studentFilter(get), [get])
  const sort = sortIn(get)
  const key = studentsKey({ ...filter, sort })
  const list = useRows(key, (asked) => listStudents({ ...filter, sort }, asked))
  const to = (path: string) => go(search ? `${path}?${search}` : path)
  const isNarrowed = isFiltered(get)
  const { total } = list
  return (
    <Page
      title={t.students.title}
      lead={
        total === null
          ? list.error
            ? '\u00a0'
            : t.students.counting
          : isNarrowed
            ? t.students.matching(count(total))
            : t.students.count(count(total))
      }
    >
      <StudentFilters />
      {list.error ? (
        <Failed error={list.error} onRetry={() => list.refetch()} />
      ) : (
        <DataTable
          label={t.students.title}
          columns={columns}
          rowId={rowId}
          rowText={rowText}
          narrowLine={narrowLine}
          sort={sort}
          onSort={(next) => set({ sort: next === 'roll_number' ? null : next })}
          onOpen={(s) => to(`/students/${s.student_id}`)}
          view={JSON.stringify(filter)}
          empty={isNarrowed ? t.students.none : t.students.noneAtAll}
          {...list.table}
        />
      )}
      {params.id && <StudentDialog id={Number(params.id)} onClose={() => to('/students')} />}
    </Page>
  )
}
