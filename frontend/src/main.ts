import { mount } from "svelte";
import PageOverlays from "./actions/PageOverlays.svelte";
import App from "./App.svelte";
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";

mount(App, { target: document.getElementById("page")! });
mount(PageOverlays, { target: document.body });
