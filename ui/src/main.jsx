// GraphiQL with Tea Road's questions as its first tabs.
// Everything it needs is built into this folder's output; it asks no other host for anything.

import './workers.js';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { GraphiQL } from 'graphiql';
import '@graphiql/react/font/roboto.css';
import '@graphiql/react/font/fira-code.css';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './page.css';
import icon from './icon.svg';
import { fetcher } from './fetcher.js';
import { questions } from './questions.js';

createRoot(document.getElementById('graphiql')).render(
  <StrictMode>
    <GraphiQL fetcher={fetcher} defaultTabs={questions} defaultEditorToolsVisibility={false}>
      <GraphiQL.Logo>
        <a className="tearoad-logo" href="/schema.graphql" title="Read the schema as one text">
          <img src={icon} alt="" width="22" height="22" />
          Tea Road
        </a>
      </GraphiQL.Logo>
    </GraphiQL>
  </StrictMode>,
);
