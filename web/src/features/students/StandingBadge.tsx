import { Badge, type Tone } from '~/kit/Badge'
import { t } from '~/texts'
import type { Standing } from './queries'

const tones: Record<Standing, Tone> = { good: 'good', debarred: 'bad', inactive: 'warn' }

export function StandingBadge({ standing }: { standing: Standing }) {
  return <Badge tone={tones[standing]}>{t.students.standing[standing]}</Badge>
}
