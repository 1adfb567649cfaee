import { useQuery } from '@tanstack/react-query'
import { SearchX, UserRoundSearch } from 'lucide-react'
import { useMemo } from 'react'
import { useRows } from '~/api/rows'
import type { DriveBody, EligibleStudentBody } from '~/api/schema'
import type { ScreenProps } from '~/app/routes'
import { DriveFrame } from '~/features/drives/DriveFrame'
import { Button } from '~/kit/Button'
import { DataTable, type Key } from '~/kit/DataTable'
import { count } from '~/kit/format'
import { Blank, Failed } from '~/kit/States'
import { useUrlState } from '~/kit/urlState'
import { t } from '~/texts'
import { ChoiceBar } from './ChoiceBar'
import { useChosen } from './chosen'
import { chosenColumns, narrowLine, publishedColumns, rowId, rowText } from './columns'
import { EligibleFilters, eligibleFilter, isFiltered, sortIn } from './EligibleFilters'
import { Published } from './Published'
import { eligibleKey, eligibleQuery, listEligible } from './queries'
import { WhyNot } from './WhyNot'
import './selection.css'

/** Selection is whom a drive reaches: whom it may reach before it is published, and whom it did after. */
export default function Selection({ params }: ScreenProps) {
  const id = Number(params.id)
  const { get, set } = useUrlState()
  return (
    <DriveFrame
      id={id}
      actions={() => (
        <Button onPress={() => set({ why: 'find' })}>
          <UserRoundSearch size={16} aria-hidden="true" />
          {t.selection.why.open}
        </Button>
      )}
    >
      {(drive) => (
        <>
          <Eligible key={id} drive={drive} />
          {get('why') && (
            <WhyNot
              driveId={id}
              studentId={Number(get('why')) || null}
              onChoose={(student) => set({ why: student })}
              onClose={() => set({ why: null })}
            />
          )}
        </>
      )}
    </DriveFrame>
  )
}

function Eligible({ drive }: { drive: DriveBody }) {
  const id = drive.drive_id
  const isPending = drive.status === 'pending'
  const { get, set } = useUrlState()
  const { data: all } = useQuery(eligibleQuery(id))
  const choice = useChosen(id)
  const filter = useMemo(() => eligibleFilter(get), [get])
  const sort = sortIn(get)
  const list = useRows<EligibleStudentBody>([...eligibleKey(id), 'list', filter, sort], (asked) =>
    listEligible(id, { ...filter, sort }, asked),
  )
  const isNarrowed = isFiltered(get)
  if (all?.total === 0 && !isNarrowed) {
    return (
      <Blank icon={<SearchX size={28} aria-hidden="true" />} title={t.selection.noneAtAllTitle}>
        {t.selection.noneAtAll}
      </Blank>
    )
  }
  const choosing = {
    selected: choice.chosen,
    onSelect: (chosen: Set<Key>) => choice.set(chosen as Set<number>),
    onSelectAll: (on: boolean) => choice.matching.mutate({ filter, on }),
  }
  return (
    <>
      {isPending ? (
        <ChoiceBar
          drive={drive}
          all={all?.total ?? null}
          matching={list.total}
          filter={filter}
          isNarrowed={isNarrowed}
          choice={choice}
        />
      ) : (
        <Published drive={drive} />
      )}
      <EligibleFilters driveId={id} isPublished={!isPending} />
      <p className="quiet num" role="status">
        {list.total === null || !all
          ? list.error
            ? '\u00a0'
            : t.selection.counting
          : isNarrowed
            ? t.selection.matching(count(list.total), count(all.total))
            : t.selection.eligible(count(list.total))}
      </p>
      {list.error ? (
        <Failed error={list.error} onRetry={() => list.refetch()} />
      ) : (
        <DataTable
          label={t.selection.table}
          columns={isPending ? chosenColumns : publishedColumns}
          rowId={rowId}
          rowText={rowText}
          narrowLine={narrowLine}
          sort={sort}
          onSort={(next) => set({ sort: next === 'roll_number' ? null : next })}
          view={JSON.stringify(filter)}
          empty={t.selection.none}
          {...(isPending ? choosing : { onOpen: (s: EligibleStudentBody) => set({ why: s.student_id }) })}
          {...list.table}
        />
      )}
    </>
  )
}
