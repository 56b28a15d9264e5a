/**
 * Blinded samples: drawn here, read elsewhere, adjudicated here where readers differ.
 */
import { useEffect, useState } from 'preact/hooks';
import { adjudicate, drawSample, loadSamples, type AuditFilter, type Sample } from './audit-client.ts';
import type { AuditWords } from './audit-messages.ts';
import { FractureFigures } from './figures.tsx';

const DEFAULT_SIZE = '50';

export function Samples({ filter, words }: { readonly filter: AuditFilter; readonly words: AuditWords }) {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const [round, setRound] = useState(0);
  const [problem, setProblem] = useState(false);
  const again = () => {
    setRound((count) => count + 1);
  };
  const done = (work: Promise<void>) => {
    work.then(
      () => {
        setProblem(false);
        again();
      },
      () => {
        setProblem(true);
      },
    );
  };
  useEffect(() => {
    loadSamples().then(setSamples, () => {
      setProblem(true);
    });
  }, [round]);
  return (
    <section class="audit-section" aria-label={words.samples}>
      <h2>{words.samples}</h2>
      <p class="faint">{words.sampleNote}</p>
      <form
        class="audit-form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const [size, seed] = [form.get('size'), form.get('seed')];
          if (typeof seed === 'string') done(drawSample(Number(size), seed, filter));
        }}
      >
        <label>
          {words.size} <input name="size" type="number" min="1" max="5000" value={DEFAULT_SIZE} required />
        </label>
        <label>
          {words.seed} <input name="seed" type="text" maxLength={100} required />
        </label>
        <button type="submit" class="button">
          {words.draw}
        </button>
      </form>
      {problem && (
        <p class="review-problem" role="alert">
          {words.problem}
        </p>
      )}
      {samples.map((sample) => (
        <div key={sample.id} class="audit-sample">
          <p>
            <strong>{sample.seed}</strong> · {sample.drawnAt.slice(0, 10)} ·{' '}
            {words.progress(sample.read, sample.drawn)} ·{' '}
            <a class="audit-open" href={`#/blind/${sample.id}`}>
              {words.readNext}
            </a>
          </p>
          {sample.read > 0 && (
            <FractureFigures
              rows={[
                ['firstBySecond', sample.firstBySecond],
                ['modelsBySecond', sample.modelsBySecond],
                ['modelsByConsensus', sample.modelsByConsensus],
              ]}
              words={words}
            />
          )}
          {sample.toAdjudicate.length > 0 && (
            <>
              <h3>{words.adjudicate}</h3>
              <ul class="audit-disputes">
                {sample.toAdjudicate.map((uid, index) => (
                  <li key={uid}>
                    <a class="audit-open" href={`./#/studies/${uid}`}>
                      {words.openImage} {index + 1}
                    </a>
                    {[true, false].map((hasFracture) => (
                      <button
                        key={String(hasFracture)}
                        type="button"
                        class="button"
                        onClick={() => {
                          done(adjudicate(sample.id, uid, hasFracture));
                        }}
                      >
                        {hasFracture ? words.hasFracture : words.noFracture}
                      </button>
                    ))}
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      ))}
    </section>
  );
}
