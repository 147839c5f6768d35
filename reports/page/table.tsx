/** A plain table, which scrolls where the page is too narrow for it. */
import type { ComponentChildren } from 'preact';
import './table.css';

export function Table({ heads, children }: TableProps) {
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

interface TableProps {
  readonly heads: readonly string[];
  readonly children: ComponentChildren;
}
