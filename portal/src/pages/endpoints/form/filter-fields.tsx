import { Button } from '../../../components/button.tsx';
import { Field, FieldGroup } from '../../../components/field.tsx';
import { type FilterForm, OPERATOR_WORDS, type Operator, takesValue } from './filter-model.ts';

const OPERATORS = Object.keys(OPERATOR_WORDS) as Operator[];
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;

/** Conditions on what an event says, beside its type. */
export function FilterFields({
  value,
  error,
  onChange,
}: {
  value: FilterForm;
  error: string | undefined;
  onChange: (filter: FilterForm) => void;
}) {
  const { conditions } = value;
  return (
    <details className="more" open={conditions.length > 0 || value.minSeverity !== '' || error !== undefined}>
      <summary>Conditions on what they say</summary>
      <div className="stack">
        <FieldGroup
          label="Send only events whose payload fits"
          help="A field is a path such as order.total or items[*].sku. Text is compared as it stands; several values of “is one of” are separated by commas."
          error={error}
        >
          {conditions.length > 1 && (
            <select
              aria-label="Which conditions must hold"
              value={value.match}
              onChange={(event) => onChange({ ...value, match: event.target.value as FilterForm['match'] })}
            >
              <option value="all">All of these must hold</option>
              <option value="any">One of these is enough</option>
            </select>
          )}
          {conditions.map((condition, i) => (
            <ConditionRow
              // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name of their own
              key={i}
              number={i + 1}
              condition={condition}
              onChange={(part) =>
                onChange({ ...value, conditions: conditions.map((one, at) => (at === i ? { ...one, ...part } : one)) })
              }
              onRemove={() => onChange({ ...value, conditions: conditions.filter((_, at) => at !== i) })}
            />
          ))}
          <div>
            <Button
              icon="plus"
              onClick={() =>
                onChange({ ...value, conditions: [...conditions, { field: '', operator: 'equals', value: '' }] })
              }
            >
              Add condition
            </Button>
          </div>
        </FieldGroup>
        <Field label="Least severity" help="Leaves out what is less severe.">
          {(control) => (
            <select
              {...control}
              value={value.minSeverity}
              onChange={(event) => onChange({ ...value, minSeverity: event.target.value as FilterForm['minSeverity'] })}
            >
              <option value="">Any</option>
              {SEVERITIES.map((severity) => (
                <option key={severity} value={severity}>
                  {severity}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
    </details>
  );
}

type Condition = FilterForm['conditions'][number];

function ConditionRow({
  number,
  condition,
  onChange,
  onRemove,
}: {
  number: number;
  condition: Condition;
  onChange: (part: Partial<Condition>) => void;
  onRemove: () => void;
}) {
  return (
    <div className="condition-row">
      <input
        aria-label={`Field of condition ${number}`}
        placeholder="order.total"
        spellCheck={false}
        value={condition.field}
        onChange={(event) => onChange({ field: event.target.value })}
      />
      <select
        aria-label={`Comparison of condition ${number}`}
        value={condition.operator}
        onChange={(event) => onChange({ operator: event.target.value as Operator })}
      >
        {OPERATORS.map((operator) => (
          <option key={operator} value={operator}>
            {OPERATOR_WORDS[operator]}
          </option>
        ))}
      </select>
      {takesValue(condition.operator) ? (
        <input
          aria-label={`Value of condition ${number}`}
          spellCheck={false}
          value={condition.value}
          onChange={(event) => onChange({ value: event.target.value })}
        />
      ) : (
        <span />
      )}
      <Button
        variant="quiet"
        icon="cross"
        className="icon-only"
        aria-label={`Remove condition ${number}`}
        onClick={onRemove}
      />
    </div>
  );
}
