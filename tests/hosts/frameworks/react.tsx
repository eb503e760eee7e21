// <sinet-text> in React.
import type { Annotated, SinetTextEventMap } from '@sinet/text';
import type {} from '@sinet/text/react';
import { useState } from 'react';

interface Props {
  text: string;
  annotations: Annotated[];
  typeOf: (event: SinetTextEventMap['sinet-select']) => string;
}

export function App({ text, annotations, typeOf }: Props) {
  const [place, setPlace] = useState(0);
  const [selected, setSelected] = useState('nothing');
  return (
    <>
      <sinet-text base="/sinet/" scores annotation={annotations[place]} onsinet-select={(event) => setSelected(typeOf(event))}>
        {text}
      </sinet-text>
      <output>{selected}</output>
      <button onClick={() => setPlace(place + 1)}>Next</button>
    </>
  );
}
