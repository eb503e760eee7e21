// <sinet-text> in React.
import type { Annotated, SinetText, SinetTextEventMap } from '@sinet/text';
import type {} from '@sinet/text/react';
import { useEffect, useRef, useState } from 'react';

interface Props {
  text: string;
  annotations: Annotated[];
  typeOf: (event: SinetTextEventMap['sinet-select']) => string;
}

export function App({ text, annotations, typeOf }: Props) {
  const [place, setPlace] = useState(0);
  const [selected, setSelected] = useState('nothing');
  const element = useRef<SinetText>(null);
  // React leaves objects and listeners out of an element that a server has written.
  useEffect(() => {
    element.current!.annotation = annotations[place];
  }, [annotations, place]);
  useEffect(() => {
    const { current } = element;
    const select = (event: SinetTextEventMap['sinet-select']) => setSelected(typeOf(event));
    current!.addEventListener('sinet-select', select);
    return () => current!.removeEventListener('sinet-select', select);
  }, [typeOf]);
  return (
    <>
      <sinet-text ref={element} base="/sinet/" scores>
        {text}
      </sinet-text>
      <output>{selected}</output>
      <button onClick={() => setPlace(place + 1)}>Next</button>
    </>
  );
}
