import { Ellipsis } from 'lucide-react'
import type { UserBody } from '~/api/schema'
import { Menu } from '~/kit/Menu'
import { t } from '~/texts'
import type { Doing } from './People'

export function PersonMenu({ person, onDo }: { person: UserBody; onDo: (doing: Doing) => void }) {
  return (
    <Menu
      label={t.people.actionsFor(person.name)}
      look="plain"
      trigger={<Ellipsis size={16} aria-hidden="true" />}
      actions={[
        { id: 'edit', text: t.people.editAction, onAction: () => onDo({ what: 'edit', person }) },
        { id: 'code', text: t.people.newCode, onAction: () => onDo({ what: 'code', person }) },
        person.active
          ? {
              id: 'deactivate',
              text: t.people.deactivate,
              danger: true,
              onAction: () => onDo({ what: 'deactivate', person }),
            }
          : { id: 'activate', text: t.people.activate, onAction: () => onDo({ what: 'activate', person }) },
      ]}
    />
  )
}
