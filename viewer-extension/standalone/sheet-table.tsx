/**
 * A table of the report sheet.
 */
import type { ComponentChildren } from 'preact';

export interface SheetTableProps {
  readonly head: readonly string[];
  /** Its rows. */
  readonly children: ComponentChildren;
}

export function SheetTable({ head, children }: SheetTableProps) {
  return (
    <table>
      <thead>
        <tr>
          {head.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
