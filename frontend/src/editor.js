// The page editor: saves by itself, keeps on the device what the server has not acknowledged, and does the blocks' actions
// without leaving the page. Each of its forms works without this script.
import { start } from "./blocks/page.js";

start();
