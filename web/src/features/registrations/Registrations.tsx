import { useQuery } from '@tanstack/react-query'
import { ClipboardList } from 'lucide-react'
import { useEffect, useMemo } from 'react'
import { useRows } from '~/api/rows'
import type { DriveBody, RegisteredStudentBody } from '~/api/schema'
import type { ScreenProps } from '~/app/routes'
import { DriveFrame } from '~/features/drives/DriveFrame'
import { Button } from '~/kit/Button'
import { DataTable, type TableColumn } from '~/kit/DataTable'
import { LiveSearch } from '~/kit/FilterBar'
import { count, useFormats } from '~/kit/format'
import { mark } from '~/kit/marks'
import { Blank, Failed } from '~/kit/States'
import { sortOf } from '~/kit/sorts'
import { useUrlState } from '~/kit/urlState'
import { t } from '~/texts'
import { ExportButton, ExportState, useExport } from './Export'
import { countQuery, listRegistrations, registrationsKey } from './queries'
import './registrations.css'

const texts = t.registrations
const newestFirst = '-registered_at'

export default function Registrations({ params }: ScreenProps) {
  const id = Number(params.id)
  return <DriveFrame id={id}>{(drive) => <Registered key={id} drive={drive} />}</DriveFrame>
}

function Registered({ drive }: { drive: DriveBody }) {
  const id = drive.drive_id
  const isOpen = drive.status === 'posted'
  const { get, set } = useUrlState()
  const q = get('q')
  const filter = useMemo(() => (q ? { q } : {}), [q])
  const sort = sortOf(get('sort'), sorts, newestFirst)
  const { data: now } = useQuery(countQuery(id, filter, isOpen))
  const list = useRows<RegisteredStudentBody>([...registrationsKey(id), 'list', filter, sort], (asked) =>
    listRegistrations(id, { ...filter, sort }, asked),
  )
  const exported = useExport(id)
  const columns = useColumns()
  const { dateTime } = useFormats()
  const fresh = useFresh(list, now ?? null)
  if (list.total === 0 && !q) {
    return (
      <Blank icon={<ClipboardList size={28} aria-hidden="true" />} title={texts.count(count(0))}>
        {isOpen ? texts.noneOpen : drive.status === 'pending' ? texts.nonePending : texts.noneClosed}
      </Blank>
    )
  }
  return (
    <>
      <ExportState exported={exported} />
      <div className="listed">
        <search className="filter-bar">
          <LiveSearch label={texts.search} value={q} onChange={(text) => set({ q: text })} />
        </search>
        <ExportButton exported={exported} isEmpty={!list.total && !q} />
      </div>
      <div className="listed">
        <p className="quiet num" role="status">
          {list.total === null
            ? list.error
              ? '\u00a0'
              : texts.counting
            : q
              ? texts.matching(count(list.total))
              : texts.count(count(list.total))}
          {isOpen && ` · ${texts.live}`}
        </p>
        {fresh !== null && <Button onPress={() => list.refetch()}>{texts.fresh(count(fresh))}</Button>}
      </div>
      {list.error ? (
        <Failed error={list.error} onRetry={() => list.refetch()} />
      ) : (
        <DataTable
          label={texts.table}
          columns={columns}
          rowId={(r) => r.student_id}
          rowText={(r) => `${r.name}, ${r.roll_number}`}
          narrowLine={(r) => texts.line(r.roll_number, mark(r.cgpa), dateTime(r.registered_at))}
          sort={sort}
          onSort={(next) => set({ sort: next === newestFirst ? null : next })}
          view={q}
          empty={texts.none}
          {...list.table}
        />
      )}
    </>
  )
}

/**
 * useFresh reads the list anew when somebody has registered, as long as only its first page is open: further down rows must
 * not move under the reader. There it gives how many there are now, to be asked for.
 */
function useFresh(
  list: { total: number | null; isFirstPage: boolean; isFetched: boolean; refetch: () => unknown },
  now: number | null,
) {
  const { total, isFirstPage, isFetched, refetch } = list
  const differs = isFetched && now !== null && total !== null && now !== total
  useEffect(() => {
    if (differs && isFirstPage) refetch()
  }, [differs, isFirstPage, refetch])
  return differs && !isFirstPage ? now : null
}

function useColumns(): TableColumn<RegisteredStudentBody>[] {
  const { dateTime } = useFormats()
  return useMemo(() => {
    const { columns: titles } = texts
    return [
      { id: 'name', title: titles.name, width: '1.6fr', minWidth: 160, sortable: true, cell: (r) => r.name },
      {
        id: 'roll_number',
        title: titles.roll_number,
        width: '1.2fr',
        minWidth: 110,
        hideBelow: 480,
        sortable: true,
        cell: (r) => r.roll_number,
      },
      {
        id: 'branch',
        title: titles.branch,
        width: '0.8fr',
        hideBelow: 620,
        sortable: true,
        cell: (r) => r.branch ?? t.common.none,
      },
      {
        id: 'batch_year',
        title: titles.batch_year,
        width: 85,
        hideBelow: 760,
        end: true,
        cell: (r) => mark(r.batch_year),
      },
      {
        id: 'cgpa',
        title: titles.cgpa,
        width: 85,
        hideBelow: 480,
        sortable: true,
        downFirst: true,
        end: true,
        cell: (r) => mark(r.cgpa),
      },
      {
        id: 'registered_at',
        title: titles.registered_at,
        width: 190,
        hideBelow: 560,
        sortable: true,
        downFirst: true,
        cell: (r) => dateTime(r.registered_at),
      },
      { id: 'email', title: titles.email, width: '1.8fr', hideBelow: 900, cell: (r) => r.email },
    ]
  }, [dateTime])
}

const sorts = ['roll_number', 'name', 'branch', 'cgpa', 'registered_at'] as const
