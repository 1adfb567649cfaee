import { FileSpreadsheet } from 'lucide-react'
import { type SyntheticEvent, useMemo } from 'react'
import { Link, useLocation } from 'wouter'
import type { FinishedDriveBody } from '~/api/schema'
import { useSession } from '~/api/session'
import { DownloadButton } from '~/kit/Button'
import { DataTable, type TableColumn } from '~/kit/DataTable'
import { count, share, useFormats } from '~/kit/format'
import { useInSteps } from '~/kit/InSteps'
import { useNarrow } from '~/kit/narrow'
import { t } from '~/texts'

const text = t.finished

export function Drives({ drives }: { drives: readonly FinishedDriveBody[] }) {
  const [, go] = useLocation()
  const columns = useColumns()
  const isNarrow = useNarrow()
  if (isNarrow) return <Cards drives={drives} />
  return (
    <DataTable
      label={text.title}
      columns={columns}
      rows={drives}
      rowId={(drive) => drive.drive_id}
      rowText={(drive) => drive.company_name}
      onOpen={(drive) => go(`/drives/${drive.drive_id}`)}
      height={`min(70vh, ${drives.length * 40 + 38}px)`}
    />
  )
}

function useColumns() {
  const { role } = useSession()
  const { date } = useFormats()
  return useMemo(() => {
    const { columns } = text
    const all: TableColumn<FinishedDriveBody>[] = [
      { id: 'company', title: columns.company, width: '2fr', minWidth: 140, cell: (drive) => drive.company_name },
      { id: 'title', title: columns.title, width: '2fr', minWidth: 120, cell: (drive) => drive.job_title },
      { id: 'domain', title: columns.domain, minWidth: 90, cell: (drive) => drive.domain_name ?? t.common.none },
      { id: 'interview', title: columns.interview, width: 108, cell: (drive) => date(drive.interview_date) },
      { id: 'finished', title: columns.finished, width: 108, cell: (drive) => date(drive.finished_date) },
      {
        id: 'registered',
        title: text.registered,
        width: 100,
        end: true,
        cell: (drive) => count(drive.total_registered),
      },
      { id: 'present', title: text.present, width: 80, end: true, cell: (drive) => count(drive.total_present) },
      { id: 'absent', title: text.absent, width: 76, end: true, cell: (drive) => count(drive.total_absent) },
      { id: 'share', title: text.share, width: 98, end: true, cell: shareOf },
    ]
    if (role !== 'STAFF')
      all.push({ id: 'download', title: columns.download, width: 68, cell: (drive) => <SheetCell drive={drive} /> })
    return all
  }, [role, date])
}

const shareOf = (drive: FinishedDriveBody) => share(drive.total_present, drive.total_registered)

function Sheet({ drive }: { drive: FinishedDriveBody }) {
  return (
    <DownloadButton
      look="plain"
      icon
      href={`/api/finished-drives/${drive.drive_id}/download`}
      label={text.oneExcel(drive.company_name, drive.job_title)}
    >
      <FileSpreadsheet size={18} aria-hidden="true" />
    </DownloadButton>
  )
}

/** SheetCell keeps what is done to the link from the row, which opens the drive. */
function SheetCell({ drive }: { drive: FinishedDriveBody }) {
  const keep = (event: SyntheticEvent) => event.stopPropagation()
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it does nothing itself
    <span onPointerDown={keep} onMouseDown={keep} onClick={keep} onKeyDown={keep}>
      <Sheet drive={drive} />
    </span>
  )
}

/** Cards are the same on a phone, where a table of ten columns would have to be pushed about. */
function Cards({ drives }: { drives: readonly FinishedDriveBody[] }) {
  const { role } = useSession()
  const { date } = useFormats()
  const { drawn, end } = useInSteps(drives, 12)
  return (
    <>
      <ul className="finished-cards" aria-label={text.title}>
        {drawn.map((drive) => (
          <li key={drive.drive_id} className="card">
            <div className="row between">
              <div className="finished-name">
                <Link href={`/drives/${drive.drive_id}`}>{drive.company_name}</Link>
                <span className="quiet">{drive.job_title}</span>
              </div>
              {role !== 'STAFF' && <Sheet drive={drive} />}
            </div>
            <dl className="facts">
              <Fact name={text.columns.finished}>{date(drive.finished_date)}</Fact>
              <Fact name={text.columns.interview}>{date(drive.interview_date)}</Fact>
              <Fact name={text.registered}>{count(drive.total_registered)}</Fact>
              <Fact name={text.present}>{`${count(drive.total_present)} (${shareOf(drive)})`}</Fact>
            </dl>
          </li>
        ))}
      </ul>
      {end}
    </>
  )
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="num">{children}</dd>
    </div>
  )
}
