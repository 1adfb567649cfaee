import { t } from '~/texts'
import { Printed } from './Printed'
import './codeCards.css'

export interface CodeCard {
  roll_number?: string
  name: string
  email: string
  code: string
}

/** CodeCards are one-time codes on paper, to be cut apart and handed out: ten on a sheet of A4. */
export function CodeCards({ cards }: { cards: readonly CodeCard[] }) {
  const address = `${location.origin}/app/`
  return (
    <Printed>
      <ul className="code-cards">
        {cards.map((card) => (
          <li key={card.email} className="code-card">
            <p className="code-card-heading">
              {t.common.appName} · {t.codes.heading}
            </p>
            <p className="code-card-name">{card.name}</p>
            <dl>
              {card.roll_number && (
                <div>
                  <dt>{t.codes.roll}</dt>
                  <dd>{card.roll_number}</dd>
                </div>
              )}
              <div>
                <dt>{t.codes.email}</dt>
                <dd>{card.email}</dd>
              </div>
              <div>
                <dt>{t.codes.code}</dt>
                <dd className="code-card-code">{card.code}</dd>
              </div>
              <div>
                <dt>{t.codes.address}</dt>
                <dd>{address}</dd>
              </div>
            </dl>
            <p className="code-card-use">{t.codes.use}</p>
          </li>
        ))}
      </ul>
    </Printed>
  )
}
