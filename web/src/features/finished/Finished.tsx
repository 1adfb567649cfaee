import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { FileCheck2, FileDown } from 'lucide-react'
import { useSearchParams } from 'wouter'
import type { FinishedDriveBody } from '~/api/schema'
import type { ScreenProps } from '~/app/routes'
import { Button, DownloadButton } from '~/kit/Button'
import { count, share } from '~/kit/format'
import { Page } from '~/kit/Page'
import { Blank, Loaded, Skeleton } from '~/kit/States'
import { t } from '~/texts'
import { Drives } from './Drives'
import { PeriodChoice } from './PeriodChoice'
import { finishedQuery, isBackwards, type Period, readPeriod, writePeriod } from './queries'
import './finished.css'

const text = t.finished

export default function Finished(_: ScreenProps) {
  const [search, setSearch] = useSearchParams()
  const period = readPeriod(search)
  const wrong = isBackwards(period)
  const query = useQuery({ ...finishedQuery(period), placeholderData: keepPreviousData, enabled: !wrong })
  const change = (next: Period, isChoosing = false) => {
    const written = writePeriod(next)
    if (isChoosing) written.set('dates', '')
    setSearch(written)
  }
  return (
    <Page title={text.title} lead={text.lead} actions={<Downloads period={period} isDisabled={wrong} />}>
      <PeriodChoice period={period} isDates={search.has('dates')} isWrong={wrong} onChange={change} />
      {!wrong && (
        <Loaded query={query} skeleton={<Waiting />}>
          {(drives) =>
            drives.length === 0 ? (
              <None isFiltered={writePeriod(period).size > 0} onAll={() => change({})} />
            ) : (
              <div className={query.isPlaceholderData ? 'stack stale' : 'stack'}>
                <Totals drives={drives} />
                <Drives drives={drives} />
              </div>
            )
          }
        </Loaded>
      )}
    </Page>
  )
}

function Downloads({ period, isDisabled }: { period: Period; isDisabled: boolean }) {
  const search = writePeriod(period).toString()
  const address = (file: string) => `/api/finished-drives/${file}${search && `?${search}`}`
  if (isDisabled) return null
  return (
    <>
      <DownloadButton href={address('download-excel')} label={text.excelLabel}>
        <FileDown size={16} aria-hidden="true" />
        {text.excel}
      </DownloadButton>
      <DownloadButton href={address('download-pdf')} label={text.pdfLabel}>
        <FileDown size={16} aria-hidden="true" />
        {text.pdf}
      </DownloadButton>
    </>
  )
}

function Totals({ drives }: { drives: readonly FinishedDriveBody[] }) {
  const sum = (of: (drive: FinishedDriveBody) => number) => drives.reduce((total, drive) => total + of(drive), 0)
  const registered = sum((drive) => drive.total_registered)
  const present = sum((drive) => drive.total_present)
  const figures = [
    [text.drives, count(drives.length)],
    [text.registered, count(registered)],
    [text.present, count(present)],
    [text.absent, count(sum((drive) => drive.total_absent))],
    [text.share, share(present, registered)],
  ] as const
  return (
    <dl className="card totals">
      {figures.map(([name, figure]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="num">{figure}</dd>
        </div>
      ))}
    </dl>
  )
}

function None({ isFiltered, onAll }: { isFiltered: boolean; onAll: () => void }) {
  return (
    <Blank
      icon={<FileCheck2 size={28} aria-hidden="true" />}
      title={isFiltered ? text.none : text.noneAtAll}
      action={isFiltered && <Button onPress={onAll}>{text.showAll}</Button>}
    >
      {isFiltered ? text.noneText : text.noneAtAllText}
    </Blank>
  )
}

/** Waiting has the height of what comes. */
function Waiting() {
  return (
    <>
      <Skeleton lines={1} height="4.75rem" />
      <Skeleton lines={8} height="2.25rem" />
    </>
  )
}
