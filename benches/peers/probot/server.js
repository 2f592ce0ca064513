// What most people would write instead of Waymark: a Probot app with four file checks in JavaScript.
// Throttling and retries are off, logging too; nothing is stored, so a delivery that it has answered
// may be lost. `scripts/load` drives it with the same deliveries against the same stub GitHub.
import { createServer } from "node:http";
import { createNodeMiddleware, createProbot, ProbotOctokit } from "probot";

const NAME = "peer / golden path";

const checks = [
  {
    path: "Dockerfile",
    title: "The image does not run as root",
    holds: (text) => /^\s*USER\s+(?!root\b|0\b)/im.test(text),
  },
  {
    path: "catalog-info.yaml",
    title: "The catalog names an owner",
    holds: (text) => /^\s+owner:\s*\S+/m.test(text),
  },
  {
    path: "README.md",
    title: "There is a README",
    holds: (text) => text.length > 100,
  },
  {
    path: "k8s/deployment.yaml",
    title: "Containers have limits",
    holds: (text) => /^\s+limits:/m.test(text),
  },
];

async function read(context, path, ref) {
  try {
    const { data } = await context.octokit.rest.repos.getContent(context.repo({ path, ref }));
    return Buffer.from(data.content, "base64").toString("utf8");
  } catch (error) {
    if (error.status === 404) return "";
    throw error;
  }
}

function app(probot) {
  probot.on(["pull_request.opened", "pull_request.synchronize"], async (context) => {
    const head_sha = context.payload.pull_request.head.sha;
    const results = await Promise.all(
      checks.map(async (check) => check.holds(await read(context, check.path, head_sha))),
    );
    const failed = checks.filter((_, n) => !results[n]);
    await context.octokit.rest.checks.create(
      context.repo({
        name: NAME,
        head_sha,
        status: "completed",
        conclusion: failed.length === 0 ? "success" : "failure",
        output: {
          title: `${failed.length} of ${checks.length} checks fail`,
          summary: failed.map((check) => `- ${check.title}`).join("\n") || "All is well",
        },
      }),
    );
  });
}

// By a function: Probot sets options of its own for each installation, which would win over an object.
const Octokit = ProbotOctokit.defaults((options) => ({
  ...options,
  throttle: { ...options.throttle, enabled: false },
  retry: { ...options.retry, enabled: false },
}));
const probot = createProbot({ overrides: { Octokit } });
const middleware = await createNodeMiddleware(app, { probot, webhooksPath: "/webhook" });
createServer((request, response) => {
  middleware(request, response, () => response.writeHead(404).end());
}).listen(Number(process.env.PORT), process.env.HOST);
