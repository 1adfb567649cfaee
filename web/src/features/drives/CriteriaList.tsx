import { t } from '~/texts'
import { type Criteria, criteriaTexts } from './criteria'

export function CriteriaList({ criteria }: { criteria: Criteria }) {
  const texts = criteriaTexts(criteria)
  if (texts.length === 0) return <p className="quiet">{t.drives.overview.everybody}</p>
  return (
    <ul className="criteria-list">
      {texts.map(({ rule, text }) => (
        <li key={rule}>{text}</li>
      ))}
    </ul>
  )
}
