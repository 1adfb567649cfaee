import type { ReactNode } from 'react'
import type { DriveBody } from '~/api/schema'
import { t } from '~/texts'

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'calm'

export function Badge({ tone = 'calm', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>
}

const driveTones: Record<DriveBody['status'], Tone> = {
  pending: 'calm',
  posted: 'good',
  attending: 'info',
  finished: 'calm',
  cancelled: 'bad',
}

export function DriveStatus({ status }: { status: DriveBody['status'] }) {
  return <Badge tone={driveTones[status]}>{t.common.driveStatus[status]}</Badge>
}
