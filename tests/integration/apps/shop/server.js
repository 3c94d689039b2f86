// Serves the shop's assets. Asked to stop, it takes no more requests and finishes those it has.
const http = require("node:http");
const { version } = require("./version.json");

const me = { process: process.env.PS, port: Number(process.env.PORT), pid: process.pid, version };

function answer(request, response) {
  const url = new URL(request.url, "http://localhost");
  const seconds = url.pathname === "/slow" ? Number(url.searchParams.get("seconds")) : 0;
  if (seconds) console.log(`begun: ${request.url}`);
  setTimeout(() => {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify(me));
  }, seconds * 1000);
}

const server = http.createServer(answer);
server.listen(me.port, "127.0.0.1", () => console.log(`assets on port ${me.port}`));
process.on("SIGTERM", () => server.close(() => console.log("assets: all answered")));
