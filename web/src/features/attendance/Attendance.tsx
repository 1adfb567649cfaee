import { ClipboardX } from 'lucide-react'
import type { DriveBody } from '~/api/schema'
import type { ScreenProps } from '~/app/routes'
import { DriveFrame } from '~/features/drives/DriveFrame'
import { DownloadButton, LinkButton } from '~/kit/Button'
import { Blank, Loaded, Skeleton } from '~/kit/States'
import { t } from '~/texts'
import { Marking } from './Marking'
import { Paste } from './Paste'
import { Publish } from './Publish'
import { useDay, useKeptDrive } from './queries'
import { Roster } from './Roster'
import { Sync, Told } from './Sync'
import './attendance.css'

const text = t.attendance

export default function Attendance({ params }: ScreenProps) {
  const id = Number(params.id)
  const isReady = useKeptDrive(id)
  if (!isReady) return <Skeleton lines={8} />
  return (
    <DriveFrame id={id} actions={(drive) => hasBegun(drive) && <Actions drive={drive} />}>
      {(drive) => (hasBegun(drive) ? <Begun drive={drive} /> : <NotYet drive={drive} />)}
    </DriveFrame>
  )
}

const hasBegun = ({ status }: DriveBody) => status === 'attending' || status === 'finished'

function Actions({ drive }: { drive: DriveBody }) {
  const id = drive.drive_id
  return (
    <>
      <DownloadButton href={`/api/attendance/${id}/download-csv`} label={text.csvLabel}>
        {text.csv}
      </DownloadButton>
      {drive.status === 'finished' ? (
        <DownloadButton href={`/api/finished-drives/${id}/download`} label={text.excelLabel}>
          {text.excel}
        </DownloadButton>
      ) : (
        <>
          <Paste driveId={id} />
          <Publish drive={drive} />
        </>
      )}
    </>
  )
}

function Begun({ drive }: { drive: DriveBody }) {
  const day = useDay(drive.drive_id)
  const isOver = drive.status === 'finished'
  return (
    <Loaded query={day.query} skeleton={<Waiting isOver={isOver} />}>
      {() =>
        day.rows.length === 0 ? (
          <Blank icon={<ClipboardX size={28} aria-hidden="true" />} title={text.nobody}>
            {text.nobodyText}
          </Blank>
        ) : isOver ? (
          <>
            <p className="banner">{text.publish.isDone}</p>
            {day.state.queue.length > 0 && <Sync day={day} />}
            <Told day={day} />
            <Roster day={day} />
          </>
        ) : (
          <Marking day={day} />
        )
      }
    </Loaded>
  )
}

/** Waiting has the height of what comes. */
function Waiting({ isOver }: { isOver: boolean }) {
  return (
    <>
      {!isOver && <Skeleton lines={1} height="12rem" />}
      <Skeleton lines={10} height="2.75rem" />
    </>
  )
}

function NotYet({ drive }: { drive: DriveBody }) {
  const { status } = drive
  if (status === 'attending' || status === 'finished') return null
  return (
    <Blank
      icon={<ClipboardX size={28} aria-hidden="true" />}
      title={text.notYet.title}
      action={<LinkButton to={`/drives/${drive.drive_id}`}>{text.notYet.toDrive}</LinkButton>}
    >
      {text.notYet[status]}
    </Blank>
  )
}
