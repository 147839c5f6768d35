/** What a scripted table server was asked. */
import { type Expectation, ScenarioError } from './expectation.ts';

/**
 * All questions that reached the server, in order; an array inside is what one connection asked, and the next begins a
 * new one: `asked('users', [['a', 'b'], ['c']])`.
 */
export function asked(server: string, connections: readonly (readonly string[])[]): Expectation {
  if (!connections.every(Array.isArray))
    throw new ScenarioError(`asked('${server}'): give an array of questions for each connection`);
  const wanted = show(connections.map((questions, index) => ({ connection: index + 1, questions })));
  return {
    title: `${server} was asked ${wanted}`,
    binds: 'postfix',
    mentions: { tables: [server] },
    look({ questions }) {
      const own = questions.filter((question) => question.server === server);
      const numbers = [...new Set(own.map(({ connection }) => connection))];
      const seen = show(
        numbers.map((connection) => ({
          connection,
          questions: own.filter((question) => question.connection === connection).map(({ text }) => text),
        })),
      );
      return [{ holds: seen === wanted, seen }];
    },
  };
}

function show(connections: readonly { connection: number; questions: readonly string[] }[]): string {
  if (connections.length === 0) return 'nothing';
  return connections
    .map(
      ({ connection, questions }) =>
        `#${connection} ${questions.map((text) => JSON.stringify(text)).join(', ')}`,
    )
    .join(' ');
}
